import 'a.dart';
import 'c.dart';

class X {}
