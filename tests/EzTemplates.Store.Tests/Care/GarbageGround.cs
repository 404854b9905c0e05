using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Store.Tests;

/// <summary>Stores for gc: packages and versions of objects that are named by their text.</summary>
internal static class GarbageGround
{
    public static void Ingest(ContentStore store, (string Name, string[] Objects)[] packages)
    {
        using var writer = store.BeginWriting();
        using var batch = writer.BeginIngest();
        Add(batch, packages);
    }

    private static void Add(IngestBatch batch, (string Name, string[] Objects)[] packages)
    {
        foreach (var (name, objects) in packages)
        {
            batch.AddPackage(name, [.. objects.Select(content => ($"/{name}-{content.Replace(' ', '-')}", content))]);
        }

        batch.Complete();
    }

    public static void Build(ContentStore store, string template, int number, int keep, (string Name, string[] Objects)[] packages)
    {
        using var writer = store.BeginWriting();
        using var batch = writer.BeginIngest();
        Add(batch, packages);
        var files = packages.SelectMany(package => package.Objects.Select(content => Given.File($"/{package.Name}-{content.Replace(' ', '-')}", content)));
        var commit = Given.Version(template, string.Create(CultureInfo.InvariantCulture, $"1.0.{number}"), Given.Manifest([.. files, Given.Folder($"/{template}-{number}")]));
        writer.Commit(commit with
        {
            Keep = keep,
            Lock = commit.Lock with
            {
                Packages =
                [
                    .. packages.OrderBy(package => package.Name, StringComparer.Ordinal)
                        .Select(package => new LockedPackage(package.Name, "1", "amd64", "generated/stable", $"pool/{package.Name}.deb", 1, Given.Digest(package.Name), "root")),
                ],
            },
        });
    }
}
