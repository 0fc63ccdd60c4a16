package a;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;

class A {
}
