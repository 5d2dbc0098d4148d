#!/bin/sh
# Everything that a change must pass: `./check.sh`, or one half of it: `./check.sh surveys`, `./check.sh notebooks`.
# All checks are run, so that one go names every fault; each says in which file and line, or in which notebook and cell.
cd "$(dirname "$0")" || exit 2
part=${1:-all}
failed=0

step() { # a title, then a command; a failure is remembered and the next step is taken
  echo "== $1"
  shift
  "$@" || failed=1
}

with_results() { # a cell that was never run would be compared with nothing, and pass
  if find notebooks -name '*.ipynb' ! -path '*/.ipynb_checkpoints/*' -exec grep -Hn '"execution_count": null' {} +; then
    echo "These cells have no result. Run the notebook from top to bottom and save it with its results."
    return 1
  fi
}

notebooks() { # a fixed time zone and hash seed, no picture backend from outside: the same in every place
  env -u MPLBACKEND PYTHONHASHSEED=0 TZ=UTC \
    python -m pytest -v --no-header -p no:cacheprovider --nbval --nbval-current-env --nbval-sanitize-with sanitize.cfg notebooks
}

if [ "$part" != notebooks ]; then
  step "Surveys: what is wrong or doubtful" closeloop lint --strict surveys
  step "Surveys: their branch tests" closeloop test surveys
  step "Surveys: what was released still holds" closeloop diff --released surveys
fi
if [ "$part" != surveys ]; then
  step "Notebooks: every cell has a result" with_results
  step "Notebooks: a new run gives the same" notebooks
fi

[ "$failed" = 0 ] && echo "All well." || echo "Something must be mended: see above."
exit "$failed"
