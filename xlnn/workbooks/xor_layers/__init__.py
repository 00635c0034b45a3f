"""Which workbook shows what a hidden layer is for?"""
