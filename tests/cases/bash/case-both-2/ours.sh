case "$1" in
  a) x ;;
  b) y ;;
esac
