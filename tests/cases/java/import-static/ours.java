import static org.junit.Assert.assertEquals;

import org.junit.Before;
import org.junit.Test;

class T {
}
