import 'a.dart';
import 'b.dart';

class X {}
