import c from 'x';

a();
