"""Which quantities is a network's workbook made of?"""
