if [ -f a ]; then
  echo a
fi
