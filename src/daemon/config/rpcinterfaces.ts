/** `[rpcinterface:x]`: which namespaces of RPC methods there are, and what else their sections say. */
import { rpcinterfaceOptions } from './daemon-options.ts';
import type { RpcInterfaceConfig } from './model.ts';
import { type Reading, SectionReader } from './reading.ts';

const factoryKey = 'supervisor.rpcinterface_factory';

export function readRpcInterfaces(reading: Reading): RpcInterfaceConfig[] {
  const sections = reading.ini.sections().filter((section) => section.startsWith('rpcinterface:'));
  return sections.map((section) => readRpcInterface(reading, section));
}

function readRpcInterface(reading: Reading, section: string): RpcInterfaceConfig {
  const reader = new SectionReader(reading, rpcinterfaceOptions, section);
  const scope = reading.scope();
  if (!reader.isWritten(factoryKey)) {
    reader.problem(undefined, `section [${section}] does not specify a ${factoryKey}`);
  }
  const factory = reader.read(factoryKey, scope) ?? '';
  if (factory !== '' && !reading.host.resolvesFactory(factory, section)) {
    reader.problem(factoryKey, `${factory} cannot be resolved within [${section}]`, {
      expected:
        'supervisor.rpcinterface:make_main_rpcinterface: plug-ins in Python cannot be loaded, remove the section',
      got: factory,
    });
  }
  const settings = new Map<string, string>();
  for (const key of reading.ini.keys(section)) {
    if (key === factoryKey) continue;
    const text = reading.ini.get(section, key)?.value ?? '';
    settings.set(key, reader.expandFurther(key, text, scope) ?? text);
  }
  return { name: section.slice('rpcinterface:'.length), factory, settings: Object.fromEntries(settings) };
}
