#!/usr/bin/env bash
# Draw the README's pictures from the workbook: make pictures
# Needs LibreOffice, poppler-utils (pdftoppm, pdftotext) and ImageMagick (convert).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to pdf \
  --outdir "$folder" output/digits.xlsx >/dev/null
pages=$(pdfinfo "$folder/digits.pdf" | awk '/^Pages/ {print $2}')
for sheet in Play Lens Progress; do
  for ((page = 1; page <= pages; page++)); do
    if [[ $(pdftotext -f "$page" -l "$page" "$folder/digits.pdf" - | head -n 1) == "$sheet" ]]; then
      name=docs/$(tr '[:upper:]' '[:lower:]' <<<"$sheet").png
      pdftoppm -r 150 -f "$page" -l "$page" -singlefile -png "$folder/digits.pdf" "$folder/page"
      convert "$folder/page.png" -gravity south -chop 0x60 +repage -trim -bordercolor white -border 20 -strip +dither -colors 128 "$name"
      echo "$name"
      break
    fi
  done
done
