using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// Whose signature a package must have before anything of it is kept. A deb has none: its digest stands in what its archive signed. An rpm
/// package is signed itself, by a key of its repository, unless the recipe says that the repository is not.
/// </summary>
internal sealed class PackageTrust
{
    private readonly Func<LockedPackage, TrustedKeys?> _keysOf;
    private readonly Lazy<RpmVerifier> _verifier;

    /// <param name="keysOf">By a row's repository; null: no signature is asked for.</param>
    /// <param name="workFolder">Of the verifier.</param>
    public PackageTrust(Func<LockedPackage, TrustedKeys?> keysOf, Func<string> workFolder)
    {
        _keysOf = keysOf;
        _verifier = new Lazy<RpmVerifier>(() => new RpmVerifier(ReleaseVerifier.Find(workFolder())));
    }

    public static PackageTrust Of(StoreWriter writer, LockedRecipe locked)
    {
        if (locked.Lock.Family == PackageFamily.Deb)
        {
            return new PackageTrust(_ => null, writer.MakePassingFolder);
        }

        var keys = locked.File.Repositories.DistinctBy(spec => spec.Id).ToDictionary(spec => spec.Id, KeysOf, StringComparer.Ordinal);
        return new PackageTrust(row => keys.TryGetValue(RepositoryOf(row), out var own) ? own : TrustedKeys.None, writer.MakePassingFolder);
    }

    /// <param name="open">The archive, from its first byte.</param>
    /// <exception cref="EzException">Untrusted: it is not signed, or by no key that may; it names the key.</exception>
    public void Verify(LockedPackage row, Func<Stream> open)
    {
        if (_keysOf(row) is { } keys)
        {
            using var archive = open();
            _verifier.Value.Verify(archive, keys, Path.GetFileName(row.Path));
        }
    }

    private static TrustedKeys? KeysOf(RepositorySpec spec) => spec.Keys switch
    {
        _ when spec.TrustUnsigned => null,
        KeySource.KeyFile file => new TrustedKeys([file.FullPath], [], []),
        KeySource.Inline key => new TrustedKeys([], [key.Armored], []),
        _ => TrustedKeys.None,
    };

    /// <summary>A row's source is its repository, and a suite where that has any.</summary>
    private static string RepositoryOf(LockedPackage row) => row.Source.Split('/', 2)[0];
}
