"""Which kinds of workbooks are there?"""
