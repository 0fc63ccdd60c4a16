if [ -d a ]; then
  b -x
fi
