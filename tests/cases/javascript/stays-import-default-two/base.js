import a from 'x';

a();
