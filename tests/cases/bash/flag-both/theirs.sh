curl -s "$url" -o out
