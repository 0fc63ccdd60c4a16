case "$1" in
  a) x ;;
esac
