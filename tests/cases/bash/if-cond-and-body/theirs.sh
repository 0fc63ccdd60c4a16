if [ -f a ]; then
  echo b
fi
