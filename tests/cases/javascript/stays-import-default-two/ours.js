import b from 'x';

a();
