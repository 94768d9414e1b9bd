import { mount } from 'svelte';
import '../shared/style.css';
import './office.css';
import Page from './Page.svelte';

mount(Page, { target: document.getElementById('page') as HTMLElement });
