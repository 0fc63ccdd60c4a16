@Component({
  selector: 'a',
  styles: [],
})
class A {}
