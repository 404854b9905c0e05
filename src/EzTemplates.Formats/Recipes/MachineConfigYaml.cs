using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads ez's own settings, <c>/etc/ez/config.yaml</c>, strictly: <c>mirrors: {debian: [URL...]}</c>, <c>archives: {quota: 10GB}</c>.</summary>
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
        keys.RefuseOthers();
        return new MachineConfig { Mirrors = mirrors.ToImmutable(), ArchiveQuota = quota };
    }

    private static long? ReadQuota(YamlKeys archives)
    {
        var quota = archives.Find("quota") is { } node ? ByteCount.Read(YamlKeys.ScalarOf("`quota`", node)) : (long?)null;
        archives.RefuseOthers();
        return quota;
    }
}
