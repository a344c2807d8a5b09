package mailsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// CA is a certificate authority in memory, which nobody trusts but those who
// are given its Pool or PEM.
type CA struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewCA makes an authority that is valid from 2000 to 2099.
func NewCA() (*CA, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "mailsim test authority"},
		NotBefore:             time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:              x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	made, err := sign(template, nil)
	if err != nil {
		return nil, fmt.Errorf("mailsim: make a certificate authority: %w", err)
	}
	return &CA{certificate: made.Leaf, key: made.PrivateKey.(*ecdsa.PrivateKey)}, nil
}

// Pool returns a pool that trusts the authority and nothing else.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	return pool
}

// PEM returns the authority's certificate as a file would hold it.
func (ca *CA) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.certificate.Raw})
}

// Issue makes a server's certificate for a host name or an IP address, valid in
// a time which may be over or not yet begun.
func (ca *CA) Issue(host string, from, to time.Time) (tls.Certificate, error) {
	return issue(ca, host, from, to)
}

// SelfSigned makes a server's certificate as Issue does, which vouches for
// itself.
func SelfSigned(host string, from, to time.Time) (tls.Certificate, error) {
	return issue(nil, host, from, to)
}

func issue(ca *CA, host string, from, to time.Time) (tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: host},
		NotBefore:   from,
		NotAfter:    to,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	made, err := sign(template, ca)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("mailsim: make a certificate for %s: %w", host, err)
	}
	return made, nil
}

// sign makes a key and a certificate for it; without an authority, the
// certificate is signed by its own key.
func sign(template *x509.Certificate, ca *CA) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return tls.Certificate{}, err
	}
	parent, signer := template, key
	if ca != nil {
		parent, signer = ca.certificate, ca.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}
