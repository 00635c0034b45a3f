/** The modules that run beside the page, joined into a function by `xlnn page`. */
declare const ENGINE: () => void;
