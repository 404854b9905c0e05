using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using NuGet.Versioning;

namespace EzTemplates.Store;

/// <summary>Where everything lies below a store's root. Names only: nothing here touches the disk.</summary>
public sealed class StoreLayout
{
    /// <summary>The name of the folder of objects, in <see cref="Data"/>.</summary>
    public const string ObjectsName = ObjectPath.Folder;

    public StoreLayout(string root) => Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Root { get; }

    /// <summary><c>/var/lib/ez</c> for root, <c>$XDG_DATA_HOME/ez</c> otherwise.</summary>
    public static string DefaultRoot
    {
        get
        {
            if (Native.Libc.EffectiveUserId == 0)
            {
                return "/var/lib/ez";
            }

            var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            var home = Environment.GetEnvironmentVariable("HOME") ?? "/";
            return Path.Combine(data is ['/', ..] ? data : Path.Combine(home, ".local", "share"), "ez");
        }
    }

    public string Store => At("store");

    public string Format => At("store", "format");

    /// <summary>See <see cref="StoreIds"/>; root's store has none.</summary>
    public string Rootless => At("store", "rootless");

    /// <summary>The OBJECTS layer of every view.</summary>
    public string Data => At("store", "data");

    public string Objects => At("store", "data", ObjectsName);

    public string Contents => At("store", "contents");

    public string Manifests => At("store", "manifests");

    public string Trees => At("store", "trees");

    public string Images => At("store", "images");

    /// <summary>Trees with bytes, for kernels that need them; most stores have none.</summary>
    public string Copies => At("store", "copies");

    /// <summary>Where images are mounted, each once for all views on it.</summary>
    public string Layers => At("store", "layers");

    /// <summary>Good copies of what is being repaired.</summary>
    public string Repairs => At("store", "repairs");

    public string Versions => At("store", "versions");

    public string Compositions => At("store", "compositions");

    public string Archives => At("store", "archives");

    public string Metadata => At("store", "metadata");

    /// <summary>The same as <see cref="Work"/>, of whoever fetches metadata.</summary>
    public string MetadataWork => At("store", "metadata", "work");

    /// <summary>Work in progress, a folder and a lock file each: what is not locked is left over, and removed by the next command.</summary>
    public string Work => At("store", "work");

    public string Locks => At("store", "locks");

    /// <summary>Shared while objects get their names, exclusive while <see cref="Dirty"/> is removed or what it says is looked into.</summary>
    public string DirtyLock => At("store", "locks", "dirty");

    /// <summary>Shared by every command that lives in the namespaces of an ordinary user's store: who has it tells where they are.</summary>
    public string NamespacesLock => At("store", "locks", "namespaces");

    /// <summary>Had by one command at a time, on its way into the namespaces.</summary>
    public string EnteringLock => At("store", "locks", "entering");

    /// <summary>The name of the user namespace that was last made for the store.</summary>
    public string LastNamespaces => At("store", "locks", "last-namespaces");

    /// <summary>Shared by every writer, exclusive while gc deletes.</summary>
    public string StoreLock => At("store", "lock");

    /// <summary>Exists while objects are being given their names; holds the boot id.</summary>
    public string Dirty => At("store", "dirty");

    /// <summary>One line a changing command: see <see cref="CommandLog"/>.</summary>
    public string CommandHistory => At("store", "history");

    public string EarlierCommandHistory => At("store", "history.1");

    /// <summary>All that scripts said in builds that failed, a file for each template: see <see cref="Store.ScriptOutputs"/>.</summary>
    public string ScriptOutputs => At("store", "output");

    public string Catalog => At("catalog.db");

    public string Environments => At("environments");

    public string ObjectOf(Sha256Digest digest) => Path.Combine(Store, "data", RelativeObject(digest));

    /// <summary>Below <see cref="Data"/>: <c>.ez-objects/ab/cdef...</c>; with a slash before it, a file's redirect.</summary>
    public static string RelativeObject(Sha256Digest digest) => ObjectPath.Of(digest);

    public string ContentsOf(Sha256Digest package) => Path.Combine(Contents, package.ToString());

    public string ManifestOf(Sha256Digest manifest) => Path.Combine(Manifests, manifest.ToString());

    public string TreeOf(Sha256Digest manifest) => Path.Combine(Trees, manifest.ToString());

    public string ImageOf(Sha256Digest manifest) => Path.Combine(Images, manifest + ".erofs");

    public string CopyOf(Sha256Digest manifest) => Path.Combine(Copies, manifest.ToString());

    /// <summary>A manifest's metadata layer of a kind.</summary>
    public string LayerOf(LayerKind kind, Sha256Digest manifest) => kind switch
    {
        LayerKind.Image => ImageOf(manifest),
        LayerKind.Copy => CopyOf(manifest),
        _ => TreeOf(manifest),
    };

    /// <summary>Where a manifest's image is mounted.</summary>
    public string LayerPointOf(Sha256Digest manifest) => Path.Combine(Layers, manifest.ToString());

    public string ArchiveOf(Sha256Digest package) => Path.Combine(Archives, package.ToString());

    public string VersionsOf(string template) => Path.Combine(Versions, CheckedName("template", template));

    public string VersionRecordOf(string template, NuGetVersion version) => Path.Combine(VersionsOf(template), $"{Text(version)}.json");

    /// <summary>The lock that the version was built from, so that later commands need no recipe folder.</summary>
    public string VersionLockOf(string template, NuGetVersion version) => Path.Combine(VersionsOf(template), $"{Text(version)}.lock.json");

    /// <summary>The sidecar of the version's manifest: which package each path is from.</summary>
    public string VersionProvenanceOf(string template, NuGetVersion version) => Path.Combine(VersionsOf(template), $"{Text(version)}.provenance");

    /// <param name="template">Of applications that are composed, their names with <c>+</c> between; one that is too long for a file is cut.</param>
    public string ScriptOutputOf(string template) =>
        Path.Combine(ScriptOutputs, (template.Length > 200 ? $"{template[..150]}-{Sha256Digest.Of(Encoding.UTF8.GetBytes(template)).Short}" : template) + ".log");

    public string CompositionOf(Sha256Digest composition) => Path.Combine(Compositions, composition + ".lock.json");

    /// <summary>Of several applications only: what stands for one version has the version's.</summary>
    public string CompositionProvenanceOf(Sha256Digest composition) => Path.Combine(Compositions, composition + ".provenance");

    /// <summary>Held while archives get the names that builds look for them by.</summary>
    public string NamingLock => At("store", "locks", "naming");

    /// <summary>Had while an environment comes or goes.</summary>
    public string EnvironmentNamesLock => At("store", "locks", "environments");

    public string PackageLockOf(Sha256Digest package) => Path.Combine(Work, $"package-{package}.lock");

    /// <summary>Had by whoever makes the manifest's copy.</summary>
    public string CopyLockOf(Sha256Digest manifest) => Path.Combine(Work, $"copy-{manifest}.lock");

    public string TemplateLockOf(string template) => Path.Combine(Locks, $"template-{CheckedName("template", template)}");

    public string EnvironmentLockOf(string environment) => Path.Combine(Locks, $"environment-{CheckedName("environment", environment)}");

    public string EnvironmentOf(string environment) => Path.Combine(Environments, CheckedName("environment", environment));

    /// <exception cref="EzException">Usage: the name could leave its folder or hide in it.</exception>
    public static string CheckedName(string what, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var good = name.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+');
        return good
            ? name
            : throw new EzException(
                FailureKind.Usage,
                $"`{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}` is no name for {(what.StartsWith('e') ? "an" : "a")} {what}",
                "use letters, digits and . _ + -, a letter or digit first, 128 at most");
    }

    private static string Text(NuGetVersion version) => version.ToNormalizedString();

    private string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}
