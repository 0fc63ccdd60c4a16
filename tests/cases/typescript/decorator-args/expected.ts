@Component({
  selector: 'a',
  styles: [],
  template: '',
})
class A {}
