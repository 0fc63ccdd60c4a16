import A from 'b';
