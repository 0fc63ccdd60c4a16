if [ -f a ]; then
  b
fi
