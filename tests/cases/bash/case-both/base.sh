case $x in
  a) f ;;
esac
