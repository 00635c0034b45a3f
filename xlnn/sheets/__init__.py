"""What is drawn on each sheet, a module a sheet: everything but the quantities themselves."""
