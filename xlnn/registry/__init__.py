"""What is shipped with xlnn beside its code? The folder ``templates/``: templates and words."""
