case "$1" in
  a) x ;;
  c) z ;;
esac
