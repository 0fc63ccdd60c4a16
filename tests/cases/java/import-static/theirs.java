import static org.junit.Assert.assertEquals;

import org.junit.Rule;
import org.junit.Test;

class T {
}
