if [ -e a ]; then
  echo a
fi
