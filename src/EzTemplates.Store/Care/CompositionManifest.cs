using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>The one field of a composition's file that the store must know.</summary>
internal static class CompositionManifest
{
    /// <returns>Null where there is no such file, or it cannot be read: nothing that decides is said by a composition alone.</returns>
    public static Sha256Digest? Find(string path)
    {
        try
        {
            if (StoreFile.TryRead(path) is not { } text)
            {
                return null;
            }

            using var json = JsonDocument.Parse(text);
            return Sha256Digest.TryParse(json.RootElement.GetProperty("manifest").GetString(), out var manifest) ? manifest : null;
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException or StoreException)
        {
            return null;
        }
    }
}
