gem 'rails', '5.2'
