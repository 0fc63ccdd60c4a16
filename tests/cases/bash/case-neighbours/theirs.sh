case $1 in
  a) one ;;
  b) dos ;;
esac
