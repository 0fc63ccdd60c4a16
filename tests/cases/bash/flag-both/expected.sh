curl -s -L "$url" -o out
