"""Tables of real people as hospitals export them: cells (`cells`), workbooks (`workbook`), tables joined (`join`)."""
