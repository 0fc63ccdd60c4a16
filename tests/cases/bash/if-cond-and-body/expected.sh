if [ -e a ]; then
  echo b
fi
