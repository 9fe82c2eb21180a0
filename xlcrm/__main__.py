from xlcrm.cli import main

raise SystemExit(main())
