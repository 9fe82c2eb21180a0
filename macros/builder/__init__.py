"""Builds the Excel add-in and the workbook with macros from text, without Excel: ``python -m macros.builder``.

texts, ribbon       the sources that follow from the declarations: sentences, one Sub a button, the ribbon's XML
xlwings_module      xlwings' own VBA, made safe against hostile workbooks
project, compound   VBA modules -> vbaProject.bin, to the letter of [MS-OVBA] and [MS-CFB]
package             vbaProject.bin and ribbon -> .xlam, .xlsm; reproducible bytes
"""
