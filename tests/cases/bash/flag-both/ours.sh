curl -s -L "$url"
