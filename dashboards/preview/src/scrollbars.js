// SPDX-License-Identifier: Apache-2.0
// The package as Grafana imports it; bundled as it is, its default export is not the component.
import * as scrollbars from '../node_modules/react-custom-scrollbars-2/lib/index.js';

export const Scrollbars = scrollbars.Scrollbars;
export default scrollbars.Scrollbars;
