case $1 in
  a) uno ;;
  b) two ;;
esac
