if [ -f a ]; then
  b -x
fi
