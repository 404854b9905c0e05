using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads ez's own settings, <c>/etc/ez/config.yaml</c>, strictly: <see cref="MachineKeys.Configuration"/>.</summary>
public static class MachineConfigYaml
{
    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Usage.</exception>
    public static MachineConfig Read(string text, string fileName)
    {
        if (StrictYaml.ReadOrNull(text, fileName) is not { } root)
        {
            return MachineConfig.Empty;
        }

        var keys = new YamlKeys(root, MachineKeys.Configuration);
        var mirrors = ImmutableSortedDictionary.CreateBuilder<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (keys.Find("mirrors") is { } node)
        {
            var archives = new YamlKeys(node, "mirror list");
            foreach (var (archive, _) in archives.Pairs)
            {
                if (!Names.IsTemplateName(archive.Text))
                {
                    throw archive.Place.Fail($"`{archive.Text}` is not an archive's name", "mirrors: {debian: [https://...]}");
                }

                mirrors.Add(archive.Text, archives.Items(archive.Text, MirrorUrl.Read));
            }
        }

        var quota = keys.Find("archives") is { } cache ? ReadQuota(new YamlKeys(cache, MachineKeys.Archives)) : null;
        var scripts = keys.Find("scripts") is { } allowed ? ReadScripts(new YamlKeys(allowed, MachineKeys.Scripts)) : new ScriptAllowance();
        keys.RefuseOthers();
        return new MachineConfig { Mirrors = mirrors.ToImmutable(), ArchiveQuota = quota, Scripts = scripts };
    }

    private static ScriptAllowance ReadScripts(YamlKeys scripts)
    {
        var allowance = new ScriptAllowance
        {
            Time = scripts.Find("time") is { } time ? Duration.Read(YamlKeys.ScalarOf("`time`", time)) : null,
            Disk = BytesOf(scripts, "disk", MachineKeys.LeastDisk),
            Memory = BytesOf(scripts, "memory", MachineKeys.LeastMemory),
            Processes = scripts.Find("processes") is null ? null : scripts.Number("processes"),
        };
        scripts.RefuseOthers();
        return allowance;
    }

    private static long? ReadQuota(YamlKeys archives)
    {
        var quota = BytesOf(archives, "quota");
        archives.RefuseOthers();
        return quota;
    }

    /// <param name="least">Bytes, a whole number of megabytes.</param>
    private static long? BytesOf(YamlKeys keys, string key, long least = 0)
    {
        if (keys.Find(key) is not { } node)
        {
            return null;
        }

        var scalar = YamlKeys.ScalarOf($"`{key}`", node);
        var bytes = ByteCount.Read(scalar, key);
        return bytes >= least
            ? bytes
            : throw scalar.Place.Fail(string.Create(CultureInfo.InvariantCulture, $"`{key}` is `{scalar.Text}`; it can be `{least / 1_000_000}MB` or more"), keys.ExampleOf(key));
    }
}
