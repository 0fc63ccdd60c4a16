case $x in
  a) f ;;
  c) h ;;
esac
