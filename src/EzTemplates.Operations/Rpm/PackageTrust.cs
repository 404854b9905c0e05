using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// Whose signature a package must have before anything of it is kept. A deb has none: its digest stands in what its archive signed. An rpm
/// package is signed itself, by a key of its repository, unless the recipe says that the repository is not.
/// </summary>
internal sealed class PackageTrust : IDisposable
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

    /// <summary>By the keys of the rows' repositories, wherever the recipe has them from; they are looked for once a package is to be verified.</summary>
    public static PackageTrust Of(Workspace workspace, StoreWriter writer, LockedRecipe locked)
    {
        if (locked.Lock.Family == PackageFamily.Deb)
        {
            return new PackageTrust(_ => null, writer.MakePassingFolder);
        }

        var known = workspace.RpmRepositories;
        var repositories = new Lazy<Dictionary<string, ResolvedRpmRepository>>(() =>
            known.Resolve(locked.File.Repositories, locked.File.Os.Architecture).DistinctBy(repository => repository.Id).ToDictionary(repository => repository.Id, StringComparer.Ordinal));
        return new PackageTrust(row => KeysOf(repositories.Value.GetValueOrDefault(RepositoryOf(row))), writer.MakePassingFolder);
    }

    /// <param name="open">The archive, from its first byte.</param>
    /// <exception cref="EzException">Untrusted: it is not signed, or by no key that may; it names the key.</exception>
    public void Verify(LockedPackage row, Func<Stream> open)
    {
        if (_keysOf(row) is { } keys)
        {
            using var archive = open();
            _verifier.Value.Verify(archive, keys, NameOf(row));
        }
    }

    /// <summary>
    /// Judges a package that the store has unpacked already, maybe for a recipe that trusts other keys, or asks for none. Its headers are
    /// kept, so the archive is opened only if the signature covers the payload itself.
    /// </summary>
    /// <exception cref="EzException">As of <see cref="Verify"/>.</exception>
    public void VerifyKnown(ContentStore store, LockedPackage row)
    {
        if (_keysOf(row) is not { } keys)
        {
            return;
        }

        // What this very command has unpacked is not in the store yet; its archive is.
        if (store.FindContents(row.Sha256) is { } known && StoredRpm.HeadersOf(store, known) is var headers && !CoversPayload(headers, row))
        {
            _verifier.Value.Verify(headers, keys, NameOf(row));
        }
        else
        {
            Verify(row, () => store.OpenArchive(row.Sha256));
        }
    }

    /// <summary>As messages call it: keys are a repository's.</summary>
    private static string NameOf(LockedPackage row) => $"{RepositoryOf(row)}/{Path.GetFileName(row.Path)}";

    /// <summary>Whether a package that the store has unpacked needs its archive for <see cref="VerifyKnown"/>.</summary>
    public bool NeedsArchive(ContentStore store, LockedPackage row) =>
        store.HasContents(row.Sha256) && _keysOf(row) is not null && store.FindContents(row.Sha256) is { } known && CoversPayload(StoredRpm.HeadersOf(store, known), row);

    public void Dispose()
    {
        if (_verifier.IsValueCreated)
        {
            _verifier.Value.Dispose();
        }
    }

    private static bool CoversPayload(RpmHeaders headers, LockedPackage row) => RpmSignature.Of(headers, NameOf(row))?.Part == RpmSignedPart.Package;

    private static TrustedKeys? KeysOf(ResolvedRpmRepository? repository) =>
        repository is null ? TrustedKeys.None : repository.Trust == RpmTrust.Unsigned ? null : repository.Keys;

    /// <summary>A row's source is its repository, and a suite where that has any.</summary>
    private static string RepositoryOf(LockedPackage row) => row.Source.Split('/', 2)[0];
}
