import static org.junit.Assert.assertEquals;

import org.junit.Test;

class T {
}
