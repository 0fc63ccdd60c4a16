<<<<<<< ours
gem 'rails', '5.1'
||||||| base
gem 'rails', '5.0'
=======
gem 'rails', '5.2'
>>>>>>> theirs
