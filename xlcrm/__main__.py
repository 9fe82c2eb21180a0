"""python -m xlcrm"""

from xlcrm.cli import main

raise SystemExit(main())
