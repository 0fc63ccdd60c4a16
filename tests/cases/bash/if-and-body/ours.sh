if [ -d a ]; then
  b
fi
