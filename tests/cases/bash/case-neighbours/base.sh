case $1 in
  a) one ;;
  b) two ;;
esac
