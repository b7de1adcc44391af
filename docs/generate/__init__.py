"""What the documentation takes from the code, the proofs and the committed measurements.

    python -m docs.generate readme     the tables of README.md anew
    python -m docs.generate pictures   docs/pictures anew, from the data beside them
    python -m docs.generate measure    ulp_cliff.json anew, beside the libraries that are installed
    python -m docs.generate check      the built site: links, anchors, alternative texts; the programs of the pages

| file | what |
|---|---|
| names.py | the public names, and the subject of each |
| subjects.py | the formula and the curves of each subject |
| curves.py | the picture of a subject's curves |
| reference.py | a page for each public name |
| accuracy_tables.py, speed_tables.py, option_tables.py | from functions.def, proof/worst.json, benchmarks/measured |
| site_tables.py | these tables as files that pages include |
| readme.py | the same tables inside README.md |
| pictures.py, ulp_cliff.py | the pictures of README and site |
| themes.py | colours for light and dark pages |
| built_site.py, programs.py | what `make docs` holds the result to |
"""
