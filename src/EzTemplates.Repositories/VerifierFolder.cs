using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>A private folder for runs of a verifier with the same keys: their input, their output, and the keys in binary form. Removed at the end.</summary>
internal sealed class VerifierFolder : IDisposable
{
    private readonly WorkPlace _place;
    private int _passing;

    /// <param name="parent">Where it is made, see <see cref="WorkPlace"/>.</param>
    /// <exception cref="EzException">A key cannot be read, or there is none.</exception>
    public VerifierFolder(string parent, TrustedKeys keys, string subject)
    {
        if (keys.IsEmpty)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"no key is configured that may sign `{subject}`",
                "name one with `keys:` in the recipe's repository, or in this host's own configuration: Signed-By of its APT sources, gpgkey in /etc/yum.repos.d");
        }

        Keys = keys;
        _place = WorkPlace.Make(parent);
        try
        {
            var files = keys.Files.Select(file => (Name: file, Bytes: ReadKey(file, subject)));
            var inline = keys.Inline.Select(text => (Name: "the key inside the sources file", Bytes: Encoding.UTF8.GetBytes(text)));
            Keyrings = [.. files.Concat(inline).Select((key, i) => Write($"key{i}.gpg", TrustedKeys.Dearmor(key.Bytes, key.Name)))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TrustedKeys Keys { get; }

    public string Root => _place.Root;

    public ImmutableArray<string> Keyrings { get; }

    public string PathOf(string name) => _place.PathOf(name);

    public string Write(string name, byte[] content)
    {
        using var one = new MemoryStream(content, writable: false);
        return Write(name, [one]);
    }

    /// <summary>A file of one run, with a name of its own.</summary>
    public PassingFile WritePassing(IEnumerable<Stream> parts) => new(Write(string.Create(CultureInfo.InvariantCulture, $"input{Interlocked.Increment(ref _passing)}"), parts));

    private string Write(string name, IEnumerable<Stream> parts)
    {
        var path = PathOf(name);
        try
        {
            using var file = File.Create(path);
            foreach (var part in parts)
            {
                part.CopyTo(file);
            }

            return path;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw DiskFailure.Of("write", path, failed);
        }
    }

    public void Dispose() => _place.Dispose();

    private static byte[] ReadKey(string file, string subject)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"the key file `{file}` that may sign `{subject}` cannot be read: {unreadable.Message}",
                "put the key there, or change `keys:` or Signed-By",
                unreadable);
        }
    }
}

/// <summary>Goes when it is disposed of; what cannot go does so with its folder.</summary>
internal sealed class PassingFile(string path) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
        }
    }
}
